"""lifecycle-dsl: a declarative language for customer lifecycles and its engine."""
