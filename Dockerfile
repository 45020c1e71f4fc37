# One image: the bot by default, `sandbox` to try it. Not root, no shell needed.
FROM python:3.11-slim AS built
WORKDIR /shop
COPY requirements.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home shop && mkdir -p /data && chown shop /data
COPY --from=built /venv /venv
WORKDIR /shop
COPY bot bot
COPY handlers handlers
COPY services services
COPY locales locales
COPY prices.toml recipients.toml ./
# Whoever runs it may not write here, and would compile everything again at each start.
RUN /venv/bin/python -m compileall -q bot handlers services
USER shop
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA=/data HOST=0.0.0.0 LISTEN=0.0.0.0:8081
VOLUME /data
EXPOSE 8080 8081
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8081/health', timeout=2)"]
ENTRYPOINT ["python", "-m", "bot"]
