# What is needed to build stays here: compilers, caches and sources are not in the image that runs.
FROM python:3.11-slim-bookworm AS build
WORKDIR /source
RUN python -m venv /opt/hongyan
ENV PATH=/opt/hongyan/bin:$PATH
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY model model
COPY service service
COPY training training
COPY data data
RUN pip install --no-cache-dir --no-deps .
# The model that fits the letters inside the wheel; nothing is fetched at run time.
RUN hongyan-train fit all --out /opt/hongyan/model

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/hongyan --shell /usr/sbin/nologin hongyan \
    && install -d -o hongyan -g hongyan -m 0700 /var/lib/hongyan
COPY --from=build /opt/hongyan /opt/hongyan
COPY --chmod=755 release/parts/prepare /usr/local/bin/hongyan-prepare
USER 10001
# All state is in the home folder and what passes is in /tmp, so that the root may be read-only.
ENV PATH=/opt/hongyan/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HONGYAN_HOME=/var/lib/hongyan \
    HONGYAN_HOST=0.0.0.0 \
    HONGYAN_PORT=8000
WORKDIR /var/lib/hongyan
VOLUME /var/lib/hongyan
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['HONGYAN_PORT']}/readyz\", timeout=4)"]
CMD ["sh", "-c", "hongyan-prepare /opt/hongyan/model && exec hongyan serve"]
