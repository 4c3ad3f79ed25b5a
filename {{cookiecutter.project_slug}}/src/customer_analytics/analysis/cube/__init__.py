"""All customers in disjoint cells, each of enough customers: what questions are answered from where no data are."""
