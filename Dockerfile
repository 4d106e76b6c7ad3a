# One image for all programs: the command chooses `python -m indexer`, `python -m api` or `python -m sources`.
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1

RUN useradd --system --uid 10001 --no-create-home gateway-logs
WORKDIR /app

# The libraries before the code: a change of the code leaves this layer as it is.
COPY requirements-runtime.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
    -r requirements-runtime.lock

COPY mappings/ mappings/
COPY service/ service/
COPY indexer/ indexer/
COPY api/ api/
COPY sources/ sources/
# A checkout made under umask 027 has files that others may not read. COPY --chmod would require BuildKit.
RUN chmod -R a+rX .

USER 10001
# 8000 the API, 9108 the indexer's metrics and health
EXPOSE 8000 9108
CMD ["python", "-m", "api"]
