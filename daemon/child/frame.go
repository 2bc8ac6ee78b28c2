package child

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// maxMessage bounds a message, in bytes. The status of 10,000 instances has room.
const maxMessage = 32 << 20

// ErrMessage says that what came is no message.
var ErrMessage = errors.New("bad message on the channel between processes")

// message is a request, its answer, or word that nobody waits for the answer any
// more. On the wire its length comes first, 4 bytes, most significant first, and
// then JSON.
type message struct {
	ID     uint64          `json:"id"`
	Method string          `json:"method,omitempty"` // of a request
	Cancel bool            `json:"cancel,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
	Error  string          `json:"error,omitempty"` // of an answer
	Kind   string          `json:"kind,omitempty"`  // of the error
}

// wire carries messages, each with a file at most, between two processes.
type wire struct {
	conn *net.UnixConn
	mu   sync.Mutex // one sends at a time
}

// sendLimit bounds how long a message may take where nobody else says.
const sendLimit = time.Second

// send sends m with file, which may be nil and stays the caller's. A message
// that the other end has not taken at the time until is the last: there is no way
// to tell where the next one begins.
func (w *wire) send(m *message, file *os.File, until time.Time) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	if len(text) > maxMessage {
		return fmt.Errorf("%w: %d bytes are too many", ErrMessage, len(text))
	}
	var rights []byte
	if file != nil {
		rights = unix.UnixRights(int(file.Fd()))
	}
	text = append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(text)), uint32(len(text))), text...)
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.conn.SetWriteDeadline(until) // fails on a closed connection, and so does what follows
	n, _, err := w.conn.WriteMsgUnix(text, rights, nil)
	if err == nil && n < len(text) { // the file went with the first part
		_, err = w.conn.Write(text[n:])
	}
	if err != nil {
		_ = w.conn.Close()
	}
	return err
}

// receive waits for a message. The file is nil if none came with it; it is the
// caller's. io.EOF says that the other end is gone.
func (w *wire) receive() (*message, *os.File, error) {
	var head [4]byte
	oob := make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := w.conn.ReadMsgUnix(head[:], oob)
	file := firstFile(oob[:oobn])
	if err == nil && n == 0 {
		err = io.EOF
	}
	if err == nil {
		_, err = io.ReadFull(w.conn, head[n:])
	}
	var m *message
	if err == nil {
		m, err = readBody(head, w.conn)
	}
	if err != nil {
		if file != nil {
			_ = file.Close()
		}
		return nil, nil, err
	}
	return m, file, nil
}

// readBody reads what follows the length. Memory is taken as text comes, not as
// the length promises.
func readBody(head [4]byte, r io.Reader) (*message, error) {
	size := binary.BigEndian.Uint32(head[:])
	if size > maxMessage {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrMessage, size)
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err == nil && len(text) < int(size) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	m := new(message)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return m, nil
}

// firstFile is the file that came with a message. Others are closed.
func firstFile(oob []byte) *os.File {
	list, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil
	}
	var file *os.File
	for i := range list {
		fds, err := unix.ParseUnixRights(&list[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			if file == nil {
				file = os.NewFile(uintptr(fd), "received")
			} else {
				_ = unix.Close(fd)
			}
		}
	}
	return file
}

// newWire takes f, one end of a socket pair, and closes it.
func newWire(f *os.File) (*wire, error) {
	defer f.Close() // FileConn makes a copy
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("open channel: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("open channel: not a unix socket"), c.Close())
	}
	return &wire{conn: u}, nil
}
