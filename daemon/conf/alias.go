package conf

import (
	"github.com/viplab/viplab/daemon/conf/diag"
	"github.com/viplab/viplab/daemon/conf/schema"
)

// The types below are those of the packages that a configuration is read with,
// under the names that its users need.
type (
	Pos         = diag.Pos
	Severity    = diag.Severity
	Diagnostic  = diag.Diagnostic
	Diagnostics = diag.List
	Origin      = schema.Origin
	Use         = schema.Use
)

// The severities of diagnostics, mildest first.
const (
	Warning  = diag.Warning
	Insecure = diag.Insecure
	Error    = diag.Error
	Fatal    = diag.Fatal
)
