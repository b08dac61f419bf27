# The image of the service and of the desk: image/install.sh in one stage, its result and nothing else in the other.
#
#   docker build --tag waybill-masking:0.1.0 .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --publish 8080:8080 \
#     --volume masking-state:/var/lib/masking --env MASKING_REDIS_URL waybill-masking:0.1.0
#
# A tag moves, so the base has the digest of its index, under which each processor finds its image. A release takes the
# newest one (CONTRIBUTING.md, Release). The label org.opencontainers.image.base.name says on what an image was built.
# The tests build the image on a base of Debian packages and run it with a read-only root (tests/image).
ARG BASE=python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
FROM ${BASE} AS build

ENV PIP_NO_CACHE_DIR=1
COPY image/install.sh /source/image/
COPY requirements.txt /source/
RUN /source/image/install.sh requirements /opt/masking
COPY wsgi.py gunicorn.conf.py policy.yaml LICENSE /source/
COPY keys /source/keys
COPY masking_service /source/masking_service
COPY masking_audit /source/masking_audit
COPY masking_files /source/masking_files
COPY masking_console /source/masking_console
RUN /source/image/install.sh sources /opt/masking

FROM ${BASE}

ARG BASE
LABEL org.opencontainers.image.title="Waybill masking service" \
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.licenses="Apache-2.0"

# No installer stays, and the state directory belongs to the one user that there is.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/pip* /usr/local/lib/python3.*/ensurepip \
    && groupadd --gid 10001 masking \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin masking \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/masking

COPY --from=build /opt/masking /opt/masking

ENV PATH=/opt/masking/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MASKING_STATE_DIR=/var/lib/masking \
    MASKING_BIND=0.0.0.0:8080

WORKDIR /opt/masking/app
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
CMD ["gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
