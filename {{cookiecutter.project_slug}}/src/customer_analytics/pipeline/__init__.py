"""Running the reports: plan, kernels, cache, folders, manifest, progress."""
