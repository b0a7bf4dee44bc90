# One image for Airflow's components, the tasks they run, and the dashboards.
FROM node:20-bookworm-slim AS node

FROM python:3.11-slim-bookworm
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
    && useradd --create-home --uid 1000 cxhouse \
    && install --directory --owner cxhouse --group cxhouse /opt/cxhouse \
    && install --directory --owner cxhouse --group cxhouse --mode 0700 /var/lib/cxhouse
WORKDIR /opt/cxhouse

# What changes seldom comes first: a changed model does not install everything again.
COPY requirements.lock docker/requirements.txt /tmp/requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes --compile -r /tmp/requirements/requirements.lock -r /tmp/requirements/requirements.txt
COPY --chown=cxhouse:cxhouse . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .

USER cxhouse
RUN python -c "from pathlib import Path; from cxhouse.site.building import ensure_node_modules; ensure_node_modules(Path('dashboards'), progress=print)"
ENV CXHOUSE_HOME=/var/lib/cxhouse \
    AIRFLOW_HOME=/var/lib/cxhouse/airflow
VOLUME /var/lib/cxhouse
CMD ["cxhouse", "--help"]
