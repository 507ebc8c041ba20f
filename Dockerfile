# The portal as an image: no compiler, no curl, no root, and nothing to write to but /tmp and /var/lib/pforte.
#   docker build -t pforte .        docs/operations.md says how to run it; compose.yaml brings MariaDB and Redis.
ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /tmp/requirements.txt
# Wheels only: what would have to be compiled ends the build instead of asking for a compiler.
RUN python -m venv /opt/pforte && /opt/pforte/bin/pip install --quiet --only-binary :all: -r /tmp/requirements.txt
RUN /opt/pforte/bin/pip uninstall --quiet --yes pip setuptools

FROM python:${PYTHON}
ENV PATH=/opt/pforte/bin:/usr/local/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
ENV APP_ENV=production SERVER_HOST=0.0.0.0 INSTANCE_PATH=/var/lib/pforte HOME=/tmp
WORKDIR /srv/pforte
COPY --from=packages /opt/pforte /opt/pforte
COPY . .
# Bytecode is made here once: later nobody may write beside the code. 10001 is no user of any host.
RUN python configuration/entry_points.py && python -m compileall -q . && chmod -R a+rX . \
  && install -d -o 10001 -g 10001 -m 0700 /var/lib/pforte
USER 10001:10001
VOLUME /var/lib/pforte
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s CMD ["python", "docker/healthcheck.py"]
# Migrations are a command of their own, safe from several containers at once: docker run … pforte flask db upgrade
CMD ["python", "configuration/start.py"]
