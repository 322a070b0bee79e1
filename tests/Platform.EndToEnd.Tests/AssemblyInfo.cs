// Every test starts processes and listens on ports: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
