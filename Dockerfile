# syntax=docker/dockerfile:1
# The application alone. It parses in process from models/; Rasa has an image of its own (nlu/Dockerfile).

FROM python:3.11-slim AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir "uv>=0.13,<0.14"
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-dev --extra postgres --no-install-project
COPY README.md LICENSE config.yml ./
COPY bot/ bot/
COPY nlu/ nlu/
COPY actions/ actions/
COPY api/ api/
COPY migrations/ migrations/
COPY data/ data/
COPY models/ models/
# Editable on purpose: data/, models/ and migrations/ are found beside the code.
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-dev --extra postgres

FROM python:3.11-slim
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MOTCUA_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app /app
# The code belongs to root; the process can write to var/ (database, secret key) and its home only.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin motcua \
    && install --directory --owner=motcua --group=motcua --mode=0700 /app/var
USER motcua
VOLUME /app/var
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os; to = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('MOTCUA_PORT', '8000')), timeout=4); to.request('GET', '/healthz'); raise SystemExit(to.getresponse().status != 200)"]
CMD ["motcua", "serve"]
