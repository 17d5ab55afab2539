from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lab", "0001_initial")]
    operations = [migrations.AddField("alarm", "more", models.PositiveIntegerField(default=0))]
