//! What only the whole house can show: completeness, isolation, scenarios across services. See `tests/it`.
