"""The facts about personal data, said once: the policy, the export, the record and the erasure all read them here."""
