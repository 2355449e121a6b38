"""Pictures as pure functions: arrays and labels in; a chart specification or a component's payload out."""
