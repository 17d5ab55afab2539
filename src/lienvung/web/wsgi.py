"""The WSGI application that the server runs."""

import os

from django.core.wsgi import get_wsgi_application

from lienvung.web.parent import follow_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")

follow_server()
application = get_wsgi_application()
