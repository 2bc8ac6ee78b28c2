package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"

	"golang.org/x/sys/unix"

	"github.com/viplab/viplab/daemon/status"
)

// maxAnswer bounds what a client reads: the status of thousands of instances.
const maxAnswer = 64 << 20

// Client asks a running vipd. It is a Backend.
type Client struct {
	path string
	http *http.Client
}

// Dial returns a Client of the daemon that listens at path. It connects when it
// is asked for something, and then the error may wrap ErrNotRunning.
func Dial(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	return &Client{path, &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

var _ Backend = (*Client)(nil)

// Status implements Backend.
func (c *Client) Status(ctx context.Context) (*status.Status, error) {
	st := new(status.Status)
	return st, c.call(ctx, http.MethodGet, "status", nil, st)
}

// Switchover implements Backend.
func (c *Client) Switchover(ctx context.Context, instance string) error {
	return c.call(ctx, http.MethodPost, "switchover", order{Instance: instance}, nil)
}

// Maintenance implements Backend.
func (c *Client) Maintenance(ctx context.Context, instance string, on bool) error {
	return c.call(ctx, http.MethodPost, "maintenance", order{Instance: instance, On: on}, nil)
}

// Reload implements Backend.
func (c *Client) Reload(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "reload", order{}, nil)
}

func (c *Client) call(ctx context.Context, method, path string, body, result any) error {
	var in io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("ask vipd: %w", err)
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://vipd/v1/"+path, in)
	if err != nil {
		return fmt.Errorf("ask vipd: %w", err)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return c.unreachable(err)
	}
	defer answer.Body.Close()
	text := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer))
	if answer.StatusCode != http.StatusOK {
		return refused(answer, text)
	}
	if result == nil {
		return nil
	}
	if err := text.Decode(result); err != nil {
		return fmt.Errorf("read vipd's answer: %w", err)
	}
	return nil
}

// unreachable says what to do about a socket that nobody answers on.
func (c *Client) unreachable(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ECONNREFUSED):
		return fmt.Errorf("%w on %s: is it running, and with this socket? (--control names another)", ErrNotRunning, c.path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("open %s: only the user that vipd runs as may speak to it: %w", c.path, fs.ErrPermission)
	}
	return fmt.Errorf("ask vipd: %w", err)
}

// refusal is an error of the daemon, with the sentinel that it was there.
type refusal struct {
	text string
	kind error
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

func refused(answer *http.Response, text *json.Decoder) error {
	var f failure
	if err := text.Decode(&f); err != nil || f.Error == "" {
		f.Error = "vipd answers " + answer.Status
	}
	switch answer.StatusCode {
	case http.StatusNotFound:
		return &refusal{f.Error, ErrNoInstance}
	case http.StatusConflict:
		return &refusal{f.Error, ErrNotMaster}
	}
	return &refusal{f.Error, nil}
}
