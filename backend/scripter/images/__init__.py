"""Images: recipes (Dockerfile, requirements and other files), their builds, and which built image scripts run on."""
