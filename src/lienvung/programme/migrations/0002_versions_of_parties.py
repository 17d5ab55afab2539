"""A version for parties and agencies, which people edit by now: the later of two officers is told."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="version",
            field=models.PositiveIntegerField(default=1),
        )
        for name in ("agency", "party")
    ]
