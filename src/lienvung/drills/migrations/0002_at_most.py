"""Lines of a drill's notices tell whether their amounts are no more than a bound."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drills", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="drillline",
            name="at_most",
            field=models.BooleanField(default=False),
        ),
    ]
