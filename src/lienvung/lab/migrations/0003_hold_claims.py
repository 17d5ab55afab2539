from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lab", "0002_alarm_more")]
    operations = [
        migrations.AddField("hold", "claimed", models.PositiveIntegerField(default=0)),
        migrations.AddField("hold", "believed", models.JSONField(default=list)),
    ]
