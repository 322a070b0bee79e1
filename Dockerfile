# One image for silos and agents; see docker-compose.yml.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# The supervisor of tasks is built with a C compiler; the terminal of the dashboard comes from npm.
RUN apt-get update && apt-get install -y --no-install-recommends gcc npm && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN dotnet publish src/Platform.Host/Platform.Host.csproj --configuration Release --output /platform

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# What agents run apps with, and fetch for them.
RUN apt-get update \
    && apt-get install -y --no-install-recommends bzip2 curl procps python3 unzip xz-utils \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /platform /opt/platform
# Nobody needs root in here: ports are above 1024, and tasks run as the agent. Volumes take over the owner of this folder when they are new.
RUN mkdir -p /var/lib/platform && chown $APP_UID:$APP_UID /var/lib/platform
USER $APP_UID
WORKDIR /var/lib/platform
ENTRYPOINT ["/opt/platform/platform"]
