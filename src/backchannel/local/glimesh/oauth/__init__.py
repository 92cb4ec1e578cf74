"""OAuth as the site has it: the page where a user consents, and the endpoints for tokens.

The page takes the place of a browser in which somebody is logged in. As it is, it asks who that
is; with `as=` and a username in its query it consents at once, and with `deny=` it refuses:

    requests.get(authorize_url + "&as=viewer")  # ends at the redirect_uri, with code and state

The password grant is not served: users have no passwords here.
"""

from backchannel.local.glimesh.oauth.authorize import authorize
from backchannel.local.glimesh.oauth.grants import token
from backchannel.local.glimesh.oauth.inspection import introspect, revoke

__all__ = ["authorize", "introspect", "revoke", "token"]
