using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Google.Protobuf;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Api.Mesos.Mapping;
using Platform.Api.Mesos.Scheduler;
using Platform.Api.Security;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Scheduler.Call;

namespace Platform.Api.Mesos.Drivers;

/// <summary>The master for drivers of libmesos: takes their messages, and answers with messages of its own.</summary>
internal sealed partial class DriverEndpoint(
    IGrainFactory grains, MasterIdentity master, CallCounts counts, IAccessSource logins, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DriverEndpoint> logger)
{
    private const string Disconnected = "Framework disconnected";
    private const int MostPosts = 32;
    private const int MostTold = 4096;

    private const string NoSecrets =
        "Secrets of drivers (CRAM-MD5) cannot be checked here, where passwords are kept as hashes only: leave the credential out on a cluster without logins, or subscribe by the scheduler API v1 with a token";

    private readonly ConcurrentDictionary<ProcessId, DriverSession> _sessions = new();
    private readonly ConcurrentDictionary<ProcessId, bool> _subscribing = new();
    private readonly ConcurrentDictionary<ProcessId, bool> _told = new();
    private int _posts;

    /// <summary>Takes a message. What is wrong with it as such is told to nobody but the log, as masters do.</summary>
    /// <param name="message">The message.</param>
    /// <param name="peer">Where its connection comes from.</param>
    /// <param name="local">Where its connection ends.</param>
    /// <returns>Why it is not taken; null: it is.</returns>
    public async Task<MesosRefusal?> TakeAsync(ProcessMessage message, IPAddress peer, IPEndPoint local)
    {
        if (message.From is not { } driver)
            return MesosRefusal.BadRequest("Failed to determine sender from request headers");
        if (!DriverRules.MayBeAt(driver.Address, peer, OwnAddresses))
            return Elsewhere(driver, peer);
        var self = DriverRules.MasterFor(message.Host, local);
        try
        {
            if (DriverCall.Read(message.Name, message.Body) is not { } asked)
                LogDropped(message.Name, driver, "no such message");
            else if (asked.Authenticating is { } process && !DriverRules.MayBeAt(process.Address, peer, OwnAddresses))
                return Elsewhere(process, peer);
            else
                await ActAsync(asked, driver, self);
        }
        catch (InvalidProtocolBufferException)
        {
            LogDropped(message.Name, driver, "it is not written as it has to be");
        }
        catch (Exception failure) when (failure is TimeoutException or SiloUnavailableException or StorageException)
        {
            LogDropped(message.Name, driver, failure.Message);
            return new(503, "Nobody could take it now");
        }
        return null;
    }

    private MesosRefusal Elsewhere(ProcessId claimed, IPAddress peer)
    {
        LogElsewhere(claimed, peer);
        return MesosRefusal.BadRequest($"UPID IP address validation failed: Message from {claimed} was sent from IP {peer}");
    }

    private async Task ActAsync(DriverCall asked, ProcessId driver, ProcessId self)
    {
        if (asked.Authenticating is { } process)
        {
            Post(self, driver, new Platform.Mesos.Wire.Libprocess.AuthenticationErrorMessage { Error = NoSecrets });
            Post(self, process, DriverMessages.Error(NoSecrets));
        }
        else if (logins is not NoLogin)
        {
            Post(self, driver, DriverMessages.Error(
                $"Framework at {driver} is not authenticated: everybody has to log in here, which drivers of libmesos cannot; subscribe by the scheduler API v1 with a token"));
        }
        else if (asked.Refusal is { } refusal)
        {
            Post(self, driver, DriverMessages.Error(refusal));
        }
        else if (asked.Deactivated is { } deactivated)
        {
            if (_sessions.TryGetValue(driver, out var session) && session.FrameworkId == deactivated)
                await DeactivateAsync(session);
        }
        else
        {
            await CallAsync(asked.Call!, asked.IsFailover, driver, self);
        }
    }

    private async Task CallAsync(Call call, bool isFailover, ProcessId driver, ProcessId self)
    {
        if (CallValidation.ProblemOf(call, null) is { } problem)
        {
            LogDropped(call.Type.ToString(), driver, problem);
            return;
        }
        counts.Add(call.Type);
        if (call.Type != Call.Types.Type.Subscribe)
            await AnswerAsync(call, driver, self);
        else if (_subscribing.TryAdd(driver, true))
        {
            try
            {
                await SubscribeAsync(call.Subscribe, isFailover, driver, self);
            }
            finally
            {
                _subscribing.TryRemove(driver, out _);
            }
        }
    }

    private async Task SubscribeAsync(Call.Types.Subscribe subscribe, bool isFailover, ProcessId driver, ProcessId self)
    {
        var info = subscribe.FrameworkInfo;
        var asked = info.Id is { Value.Length: > 0 } given ? given.Value : null;
        var id = asked ?? master.NewFrameworkId();
        info.Id = new() { Value = id };
        if (FrameworkMapping.Read(info, subscribe.SuppressedRoles, subscribe.OfferConstraints, out var problem) is not { } framework)
        {
            Post(self, driver, DriverMessages.Error(problem!));
            return;
        }
        var grain = grains.GetGrain<IFrameworkGrain>(id);
        var current = _sessions.GetValueOrDefault(driver);
        var isTaken = current is null && asked is not null && await grain.GetStatusAsync() is { IsConnected: true };
        switch (DriverRules.FateOf(asked, isFailover, current?.FrameworkId, isTaken))
        {
            case SubscriptionFate.Repeat:
                current!.Send(DriverMessages.Subscribed(current.FrameworkId, master.Info(self.EndPoint), isBack: false));
                break;
            case SubscriptionFate.Update when await grain.UpdateAsync(current!.Id, framework) is { Kind: not FrameworkReplyKind.Taken } refused:
                current.End(refused.Problem ?? Disconnected);
                break;
            case SubscriptionFate.Update:
                current!.Describe(info);
                current.Send(DriverMessages.Subscribed(id, master.Info(self.EndPoint), isBack: true));
                break;
            case SubscriptionFate.FailedOver:
                Post(self, driver, DriverMessages.Error("Framework failed over"));
                break;
            case SubscriptionFate.Begin:
                await BeginAsync(grain, framework, new(driver, self, info, IsBack: asked is not null && !isFailover));
                break;
            default:
                LogDropped("SUBSCRIBE", driver, "another framework is connected from there");
                break;
        }
    }

    private async Task BeginAsync(IFrameworkGrain grain, Core.Frameworks.FrameworkSpec framework, Subscriber subscriber)
    {
        var (driver, self, info, isBack) = subscriber;
        DriverLink link;
        try
        {
            link = await DriverLink.ConnectAsync(driver.EndPoint, lifetime.ApplicationStopping);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // It tries again, if it is there.
            LogUnreachable(driver, failure.Message);
            return;
        }
        var session = new DriverSession(driver, self, info.Id.Value, info, link, time);
        var reference = grains.CreateObjectReference<IFrameworkStream>(session);
        var isServed = false;
        try
        {
            if (await grain.SubscribeAsync(framework, session.Id, reference) is { } refused)
            {
                session.End(refused);
            }
            else
            {
                _told.TryRemove(driver, out _);
                _sessions[driver] = session;
                session.Begin(DriverMessages.Subscribed(info.Id.Value, master.Info(self.EndPoint), isBack));
                LogSubscribed(driver, info.Id.Value);
            }
            isServed = true;
            _ = ServeAsync(session, link, grain, reference, driver, self);
        }
        finally
        {
            if (!isServed)
            {
                await grain.DisconnectAsync(session.Id);
                grains.DeleteObjectReference<IFrameworkStream>(reference);
                link.Dispose();
            }
        }
    }

    private async Task ServeAsync(DriverSession session, DriverLink link, IFrameworkGrain grain, IFrameworkStream reference, ProcessId driver, ProcessId self)
    {
        try
        {
            using (link)
            {
                if (!await session.RunAsync(grain, reference, lifetime.ApplicationStopping) && !lifetime.ApplicationStopping.IsCancellationRequested)
                {
                    _sessions.TryRemove(KeyValuePair.Create(driver, session));
                    LogGone(driver, session.FrameworkId);
                    Remember(driver);
                    await grain.DisconnectAsync(session.Id);
                    // It may be there all the same, and would wait for ever.
                    Post(self, driver, DriverMessages.Error(Disconnected));
                }
            }
        }
        catch (Exception failure)
        {
            LogFailed(failure, driver, session.FrameworkId);
        }
        finally
        {
            _sessions.TryRemove(KeyValuePair.Create(driver, session));
            await grain.DisconnectAsync(session.Id);
            grains.DeleteObjectReference<IFrameworkStream>(reference);
        }
    }

    private async Task AnswerAsync(Call call, ProcessId driver, ProcessId self)
    {
        var id = call.FrameworkId.Value;
        var grain = grains.GetGrain<IFrameworkGrain>(id);
        var session = _sessions.GetValueOrDefault(driver);
        var status = session is null ? await grain.GetStatusAsync() : null;
        switch (DriverRules.FateOf(id, session?.FrameworkId, status is { RemovedAt: null }, status is { IsConnected: true }, _told.ContainsKey(driver)))
        {
            case CallFate.Act:
                await ActAsync(session!, grain, call, driver);
                break;
            case CallFate.Resume:
                await BeginAsync(grain, status!.Spec, new(driver, self, Wire.FrameworkInfo.Parser.ParseFrom(status.Spec.Definition), IsBack: true));
                if (_sessions.TryGetValue(driver, out var resumed))
                    await ActAsync(resumed, grain, call, driver);
                break;
            case CallFate.Disconnected:
                Post(self, driver, DriverMessages.Error(Disconnected));
                break;
            default:
                LogDropped(call.Type.ToString(), driver, "Call is not from registered framework");
                break;
        }
    }

    private async Task ActAsync(DriverSession session, IFrameworkGrain grain, Call call, ProcessId driver)
    {
        try
        {
            var reply = await SchedulerCalls.ActAsync(grain, session.Id, call);
            if (reply.Kind is FrameworkReplyKind.Taken)
            {
                if (call.Type is Call.Types.Type.UpdateFramework)
                    session.Describe(call.UpdateFramework.FrameworkInfo);
                return;
            }
            LogDropped(call.Type.ToString(), driver, reply.Problem ?? reply.Kind.ToString());
            if (reply.Kind is not FrameworkReplyKind.Invalid)
                session.End(Disconnected);
            else if (call.Type is Call.Types.Type.UpdateFramework)
                session.Send(DriverMessages.Error(reply.Problem!));
        }
        catch (MesosRefusal refusal)
        {
            session.Send(DriverMessages.Error(refusal.Message));
        }
    }

    // Drivers have names of their own at each start: none is asked about for long.
    private void Remember(ProcessId driver)
    {
        if (_told.Count >= MostTold)
            _told.Clear();
        _told[driver] = true;
    }

    // Its tasks and its stream stay until the driver's process ends, as with a master.
    private async Task DeactivateAsync(DriverSession session)
    {
        var grain = grains.GetGrain<IFrameworkGrain>(session.FrameworkId);
        await grain.SuppressAsync(session.Id, default);
        if (await grain.GetStatusAsync() is { Offers.IsEmpty: false } status)
            await grain.DeclineAsync(session.Id, status.Offers.Select(offer => offer.Id).ToValueList(), 0);
    }

    // One message to somebody without a session.
    private void Post(ProcessId self, ProcessId to, IMessage message)
    {
        if (Interlocked.Increment(ref _posts) <= MostPosts)
            _ = SendAsync();
        else
            Interlocked.Decrement(ref _posts);

        async Task SendAsync()
        {
            try
            {
                using var link = await DriverLink.ConnectAsync(to.EndPoint, lifetime.ApplicationStopping);
                link.Send(ProcessMessage.Encode(self, to, message.Descriptor.FullName, message));
                link.Complete();
                await link.RunAsync(lifetime.ApplicationStopping);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                LogUnreachable(to, failure.Message);
            }
            finally
            {
                Interlocked.Decrement(ref _posts);
            }
        }
    }

    private static IPAddress[] OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)];

    [LoggerMessage(LogLevel.Information, "The driver {Driver} has subscribed as framework {FrameworkId}")]
    private partial void LogSubscribed(ProcessId driver, string frameworkId);

    [LoggerMessage(LogLevel.Information, "The driver {Driver} of framework {FrameworkId} has gone")]
    private partial void LogGone(ProcessId driver, string frameworkId);

    [LoggerMessage(LogLevel.Information, "Nobody can be reached at {Driver}: {Reason}")]
    private partial void LogUnreachable(ProcessId driver, string reason);

    [LoggerMessage(LogLevel.Information, "{Name} of {Driver} was dropped: {Reason}")]
    private partial void LogDropped(string name, ProcessId driver, string reason);

    [LoggerMessage(LogLevel.Warning, "A message from {Driver} was refused because it came from {Peer}: a driver is connected to only where its messages come from")]
    private partial void LogElsewhere(ProcessId driver, IPAddress peer);

    [LoggerMessage(LogLevel.Warning, "The driver {Driver} of framework {FrameworkId} cannot be served any more")]
    private partial void LogFailed(Exception failure, ProcessId driver, string frameworkId);

    private sealed record Subscriber(ProcessId Driver, ProcessId Self, Wire.FrameworkInfo Info, bool IsBack);
}
