# Palabre in a container: built on Debian 13, run there with the libraries alone, by a user without rights.
#
#   docker build -t palabre . && docker run -p 7700:7700 -v palabre:/data palabre

FROM debian:trixie-slim AS build
WORKDIR /src
COPY scripts/packages scripts/packages
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      $(awk '$1 == "build" || $1 == "node" { sub(/\|.*/, "", $2); print $2 }' scripts/packages) \
 && rm -rf /var/lib/apt/lists/*
COPY . .
RUN scripts/build

FROM debian:trixie-slim
COPY scripts/packages /tmp/packages
# No service starts here: the server runs a private Redis of its own in /data.
RUN printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d \
 && apt-get update \
 && apt-get install -y --no-install-recommends $(awk '$1 == "image" { print $2 }' /tmp/packages) \
 && rm -rf /var/lib/apt/lists/* /tmp/packages \
 && useradd --system --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin palabre \
 && mkdir /data && chown palabre:palabre /data && chmod 700 /data
COPY --from=build /src/build/release/palabre /src/build/release/palabre-load /opt/palabre/
COPY --from=build /src/build/release/web /opt/palabre/web
COPY LICENSE /opt/palabre/LICENSE
ENV PATH=/opt/palabre:$PATH PALABRE_DATA=/data
USER palabre
WORKDIR /data
VOLUME /data
EXPOSE 7700
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["palabre", "health"]
ENTRYPOINT ["palabre"]
CMD ["serve", "--listen", "0.0.0.0:7700", "--data", "/data"]
