"""The actor that an API key stands for."""

from graph.core.ids import Kind, to_id
from models.actor import Actor
from models.api_key import ApiKey
from models.key_scopes import KeyScope, role_of_scopes
from models.locale import Locale


def actor_of(key: ApiKey, locale: Locale = Locale.EN) -> Actor:
    """`locale`: of the key's brand."""
    role = role_of_scopes(KeyScope(scope) for scope in key.scopes)
    id = to_id(Kind.API_KEY, key.id)
    return Actor(role=role, id=id, name=key.name, brand_id=key.brand_id, locale=locale)
