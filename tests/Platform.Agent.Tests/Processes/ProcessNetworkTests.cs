using Platform.Agent.Processes;

namespace Platform.Agent.Tests.Processes;

public class ProcessNetworkTests
{
    // Of /proc/PID/net/fib_trie, which has each address in two tables.
    private const string Routes = """
        Main:
          +-- 0.0.0.0/0 3 0 5
             |-- 0.0.0.0
                /0 universe UNICAST
             +-- 172.17.0.0/16 2 0 2
                |-- 172.17.0.0
                   /16 link UNICAST
                |-- 172.17.0.2
                   /32 host LOCAL
                |-- 172.17.255.255
                   /32 link BROADCAST
             |-- 127.0.0.1
                /32 host LOCAL
        Local:
                |-- 172.17.0.2
                   /32 host LOCAL
        """;

    [Fact]
    public void Addresses_are_those_of_the_host_but_for_loopback() => ProcessNetwork.Parse(Routes).ShouldBe(["172.17.0.2"]);

    [Fact]
    public void A_process_is_in_its_own_network() => ProcessNetwork.IsOther(Environment.ProcessId).ShouldBeFalse();
}
