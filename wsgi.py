"""The WSGI application that a server loads."""

from estimator import create_app
from estimator.processes import own_files

own_files.close_to_others()
app = create_app()
own_files.use_own_temporary_folder(app.config["SETTINGS"].instance)
