namespace Platform.Clustering;

/// <summary>The membership of a silo that is alone: it knows only itself, and nobody asks it but itself.</summary>
internal sealed class SoleMembership : IMembershipTable
{
    private readonly Lock _gate = new();
    private readonly List<(MembershipEntry Entry, string Etag)> _rows = [];
    private TableVersion _version = new(0, "0");

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => Change(() => _rows.Clear());

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Change(() => _rows.RemoveAll(row => row.Entry.Status == SiloStatus.Dead));

    public Task<MembershipTableData> ReadRow(SiloAddress key) => Task.FromResult(Read(row => row.Entry.SiloAddress.Equals(key)));

    public Task<MembershipTableData> ReadAll() => Task.FromResult(Read(_ => true));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => TryChange(tableVersion, () =>
    {
        var isNew = !_rows.Exists(row => row.Entry.SiloAddress.Equals(entry.SiloAddress));
        if (isNew)
            _rows.Add((entry, tableVersion.VersionEtag));
        return isNew;
    });

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => TryChange(tableVersion, () =>
    {
        var at = _rows.FindIndex(row => row.Entry.SiloAddress.Equals(entry.SiloAddress) && row.Etag == etag);
        if (at >= 0)
            _rows[at] = (entry, tableVersion.VersionEtag);
        return at >= 0;
    });

    public Task UpdateIAmAlive(MembershipEntry entry) => Change(() =>
    {
        var at = _rows.FindIndex(row => row.Entry.SiloAddress.Equals(entry.SiloAddress));
        if (at >= 0)
            _rows[at].Entry.IAmAliveTime = entry.IAmAliveTime;
    });

    private MembershipTableData Read(Predicate<(MembershipEntry Entry, string Etag)> wanted)
    {
        lock (_gate)
            return new(_rows.FindAll(wanted).ConvertAll(row => Tuple.Create(row.Entry, row.Etag)), _version);
    }

    private Task Change(Action change)
    {
        lock (_gate)
            change();
        return Task.CompletedTask;
    }

    private Task<bool> TryChange(TableVersion version, Func<bool> change)
    {
        lock (_gate)
        {
            var isChanged = version.Version == _version.Version + 1 && change();
            if (isChanged)
                _version = new(version.Version, $"{version.Version}");
            return Task.FromResult(isChanged);
        }
    }
}
