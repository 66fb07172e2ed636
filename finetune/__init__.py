"""From approved work to an adapter: dataset, train, evaluate, gate."""
