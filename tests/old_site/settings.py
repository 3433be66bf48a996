"""A Django site of the kind that Darkroom's callers have: one table of photos, Celery on Redis. Only folder and addresses come from outside."""
import os

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "photos"]
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["OLD_SITE_FOLDER"] + "/site.sqlite3", "OPTIONS": {"timeout": 30}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
CELERY_BROKER_URL = CELERY_RESULT_BACKEND = os.environ["OLD_SITE_REDIS"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
AI_SERVICE_URL = os.environ["OLD_SITE_AI_SERVICE"]
