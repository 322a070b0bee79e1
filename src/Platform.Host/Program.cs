using Platform.Host.Commands;

return await PlatformCommand.RunAsync(args);
