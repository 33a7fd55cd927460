# The wheel, built apart so that no build tool is in the image that runs.
FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY model model
COPY service service
COPY training training
COPY data data
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1
COPY requirements.lock /tmp/requirements.lock
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.lock && rm /tmp/requirements.lock
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels pip install --no-cache-dir --no-deps /wheels/*.whl

# The model that fits the letters inside the wheel; nothing is fetched at run time.
RUN hongyan-train fit all --out /opt/hongyan/model

# gunicorn keeps a socket in the user's home folder, so that the user has one.
RUN useradd --system --create-home --uid 10001 hongyan && install -d -o hongyan -g hongyan -m 0700 /var/lib/hongyan
USER hongyan
ENV HONGYAN_HOME=/var/lib/hongyan \
    HONGYAN_MODEL=/opt/hongyan/model \
    HONGYAN_HOST=0.0.0.0 \
    HONGYAN_PORT=8000
WORKDIR /var/lib/hongyan
VOLUME /var/lib/hongyan
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['HONGYAN_PORT']}/readyz\", timeout=4)"]
CMD ["sh", "-c", "hongyan db upgrade && exec hongyan serve"]
