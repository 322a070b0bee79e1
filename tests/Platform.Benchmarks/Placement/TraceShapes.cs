using Platform.Core.Placement;

namespace Platform.Benchmarks.Placement;

/// <summary>
/// Shapes of tasks as they were asked for in a production cluster: the pods of the public trace "cluster-trace-gpu-v2023" of
/// github.com/alibaba/clusterdata (csv/openb_pod_list_default.csv), counted by cpu, memory and number of GPUs. Shapes with at
/// least 20 pods are kept: 37 of 112 shapes, 7,816 of 8,152 pods. A share of a GPU counts as one.
/// </summary>
internal static class TraceShapes
{
    /// <summary>The most common machine of the trace: 96 cores, 384 GiB, 8 GPUs.</summary>
    public static readonly ScalarAmounts Machine = ScalarAmounts.Of(cpus: 96, mem: 393_216, gpus: 8);

    private static readonly (int CpuMilli, int MemMiB, int Gpus, int Pods)[] Counted =
    [
        (3152, 5600, 1, 1592), (11300, 49152, 1, 857), (11908, 47104, 1, 778), (11400, 48128, 1, 534),
        (8000, 30517, 1, 486), (12500, 57344, 0, 364), (32000, 49152, 0, 284), (18708, 64512, 1, 255),
        (9810, 41560, 1, 195), (4000, 22888, 1, 189), (4000, 15258, 1, 182), (8000, 30517, 0, 163),
        (12000, 24576, 1, 158), (15700, 58368, 1, 158), (4152, 10600, 1, 152), (4000, 30517, 1, 136),
        (15400, 51200, 0, 120), (16000, 32768, 1, 108), (8000, 16384, 1, 104), (4000, 24576, 1, 104),
        (12000, 16384, 1, 99), (16500, 51200, 0, 95), (14200, 58368, 1, 93), (24200, 93184, 1, 84),
        (11400, 77824, 1, 65), (8000, 32768, 1, 55), (6000, 6144, 1, 51), (11900, 77824, 1, 51),
        (12000, 15360, 1, 44), (8200, 33792, 1, 41), (4000, 31250, 1, 40), (15200, 80896, 1, 36),
        (16000, 65536, 1, 33), (6000, 12288, 1, 29), (6000, 22888, 1, 28), (16400, 125952, 1, 27),
        (1000, 2048, 1, 26),
    ];

    /// <summary>Draws shapes with the frequencies of the trace.</summary>
    public static IEnumerable<ScalarAmounts> Draw(int count, int seed, bool withGpus)
    {
        var random = new Random(seed);
        var all = Counted.Sum(shape => shape.Pods);
        for (var i = 0; i < count; i++)
        {
            var pick = random.Next(all);
            var at = 0;
            while (pick >= Counted[at].Pods) pick -= Counted[at++].Pods;
            yield return ScalarAmounts.Of(Counted[at].CpuMilli / 1000m, Counted[at].MemMiB, gpus: withGpus ? Counted[at].Gpus : 0);
        }
    }
}
