from django.db import models


class Photo(models.Model):
    title = models.CharField(max_length=200)
    file = models.CharField(max_length=500)
    status = models.CharField(max_length=20, default="pending")
    ai_result = models.JSONField(null=True)
    error_message = models.TextField(null=True)
    priority = models.IntegerField(default=0)
