"""Lines of notices tell whether their amounts are no more than a bound."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quality", "0005_origins_and_growth")]

    operations = [
        migrations.AddField(
            model_name="noticeline",
            name="at_most",
            field=models.BooleanField(default=False),
        ),
    ]
