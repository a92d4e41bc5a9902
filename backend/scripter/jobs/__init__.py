"""Jobs: one execution of one version, from its row to its log and its end. The heart of Scripter."""
