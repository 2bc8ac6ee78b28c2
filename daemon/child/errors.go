package child

import (
	"context"
	"errors"
	"io/fs"
)

// Errors that a caller decides by, on either side of a channel.
var (
	ErrUnknownInstance = errors.New("unknown instance")
	ErrNotMaster       = errors.New("not a Master")
	// ErrConfig says that a child cannot run the configuration.
	ErrConfig = errors.New("the configuration cannot be run")
	// ErrMethod says that a child does not know what it is asked for.
	ErrMethod = errors.New("unknown request")
)

// kinds are the errors that keep their identity on the way.
func kinds() map[string]error {
	return map[string]error{
		"unknown-instance": ErrUnknownInstance,
		"not-master":       ErrNotMaster,
		"config":           ErrConfig,
		"method":           ErrMethod,
		"permission":       fs.ErrPermission,
		"cancelled":        context.Canceled,
		"late":             context.DeadlineExceeded,
	}
}

// kindOf names the kind of err; empty: it has none.
func kindOf(err error) string {
	for name, kind := range kinds() {
		if errors.Is(err, kind) {
			return name
		}
	}
	return ""
}

// remoteError is an error of the other process.
type remoteError struct{ text, kind string }

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return kinds()[e.kind] }
