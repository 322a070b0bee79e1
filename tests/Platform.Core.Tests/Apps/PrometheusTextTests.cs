using Platform.Core.Apps;

namespace Platform.Core.Tests.Apps;

public class PrometheusTextTests
{
    private const string Text = """
        # HELP http_requests_total Requests served.
        # TYPE http_requests_total counter
        http_requests_total{method="post",code="200"} 1027 1395066363000
        http_requests_total{method="post",code="400"}    3
        # a label with everything that could end it
        http_requests_total{path="a\"}b{c"} 0.5
        http_requests_total_created 5
        # TYPE queue_length gauge
        queue_length 4
        queue_length{shard="2"} 1.5e1
        broken_gauge nonsense
        broken_gauge{a="1" 2
        broken_gauge NaN
        broken_gauge +Inf
        # TYPE latency_seconds histogram
        latency_seconds_bucket{le="+Inf"} 7
        latency_seconds_sum 3.5
        latency_seconds_count 7
        # TYPE odd_total gauge
        odd_total 2
        bare_total 8

        """;

    [Theory]
    // 1027 + 3 + 0.5
    [InlineData("http_requests_total", 1030.5, true)]
    // 4 + 15
    [InlineData("queue_length", 19, false)]
    [InlineData("latency_seconds_count", 7, true)]
    [InlineData("odd_total", 2, false)]
    [InlineData("bare_total", 8, true)]
    public void A_metric_is_summed_over_its_series_and_known_as_a_counter_or_not(string metric, double total, bool counter) =>
        PrometheusText.Sum(Text, metric).ShouldBe(new(total, counter));

    [Theory]
    [InlineData("broken_gauge")]
    [InlineData("queue")]
    [InlineData("latency_seconds")]
    [InlineData("absent")]
    public void A_metric_without_a_readable_value_is_not_there(string metric) => PrometheusText.Sum(Text, metric).ShouldBeNull();

    [Fact]
    public void A_counter_gives_its_increase_per_second_and_may_begin_anew()
    {
        var rates = new CounterRates();
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        rates.Next("task", "requests", 100, start).ShouldBeNull();
        // (160 - 100) / 15 s
        rates.Next("task", "requests", 160, start.AddSeconds(15)).ShouldBe(4);
        rates.Next("task", "requests", 170, start.AddSeconds(15)).ShouldBeNull();
        // The process was started again and has served 30 since.
        rates.Next("task", "requests", 30, start.AddSeconds(30)).ShouldBe(2);
        rates.KeepOnly(new HashSet<string>());
        rates.Next("task", "requests", 45, start.AddSeconds(45)).ShouldBeNull();
    }
}
