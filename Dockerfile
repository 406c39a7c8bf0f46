FROM node:22-slim AS browser
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund

FROM python:3.12-slim
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
COPY --from=browser /app/node_modules node_modules
RUN python -m playground.translations && useradd --create-home app && mkdir /data && chown app /data
USER app
VOLUME /data
EXPOSE 8000
CMD ["daphne", "--bind", "0.0.0.0", "--port", "8000", "playground.asgi:application"]
