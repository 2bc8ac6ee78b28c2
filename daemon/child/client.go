package child

import (
	"context"
	"os"

	"github.com/viplab/viplab/daemon/status"
)

// The requests.
const (
	methodStart       = "start"
	methodReload      = "reload"
	methodStatus      = "status"
	methodSwitchover  = "switchover"
	methodMaintenance = "maintenance"
	methodClearStats  = "clear-stats"
	methodReopen      = "reopen-logs"
	methodSessions    = "sessions"
	methodHear        = "hear"
)

// Client is the parent's side of a child.
type Client struct{ *caller }

// Start has the child run the configuration in text, a file in memory (see
// Memory). It returns when all runs. An error wraps ErrConfig, fs.ErrPermission
// or ErrGone where it is of that kind.
func (c *Client) Start(ctx context.Context, o Settings, text *os.File) error {
	return c.call(ctx, methodStart, o, text, nil)
}

// Reload replaces the configuration. After an error the one of before goes on,
// unless the child is gone or ctx has ended.
func (c *Client) Reload(ctx context.Context, text *os.File) error {
	return c.call(ctx, methodReload, nil, text, nil)
}

// Status is what the child knows; the parent's part of it is empty.
func (c *Client) Status(ctx context.Context) (*status.Status, error) {
	s := new(status.Status)
	if err := c.call(ctx, methodStatus, nil, nil, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Switchover has the Master instance resign until its rival fails.
func (c *Client) Switchover(ctx context.Context, instance string) error {
	return c.call(ctx, methodSwitchover, order{Instance: instance}, nil, nil)
}

// Maintenance takes an instance out of service or back; the empty name stands
// for all.
func (c *Client) Maintenance(ctx context.Context, instance string, on bool) error {
	return c.call(ctx, methodMaintenance, order{instance, on}, nil, nil)
}

// ClearStats sets all counters to 0.
func (c *Client) ClearStats(ctx context.Context) error {
	return c.call(ctx, methodClearStats, nil, nil, nil)
}

// ReopenLogs has the child open its log file anew.
func (c *Client) ReopenLogs(ctx context.Context) error {
	return c.call(ctx, methodReopen, nil, nil, nil)
}

// Sessions waits until the child's BFD sessions are not as they were at the number
// seen.
func (c *Client) Sessions(ctx context.Context, seen uint64) (*Sessions, error) {
	s := new(Sessions)
	if err := c.call(ctx, methodSessions, Sessions{Number: seen}, nil, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Hear tells the child of another one's BFD sessions.
func (c *Client) Hear(ctx context.Context, s *Sessions) error {
	return c.call(ctx, methodHear, s, nil, nil)
}

// Gone is closed when the child does not answer any more.
func (c *Client) Gone() <-chan struct{} { return c.done }

// order is what an operator wants.
type order struct {
	Instance string `json:"instance"`
	On       bool   `json:"on"`
}
