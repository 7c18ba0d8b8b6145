//go:build tools

// Keeps promtool and what it needs in go.mod.
package tools

import _ "github.com/prometheus/prometheus/cmd/promtool"
