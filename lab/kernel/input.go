package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// input is where a runner gets its command's standard input from.
type input interface {
	// arrived takes a frame about input.
	arrived(f frame, done <-chan struct{})
	// next waits for the next piece. An empty one is the end, as is done.
	next(done <-chan struct{}) ([]byte, error)
}

// frameInput has the pieces in the frames.
type frameInput chan []byte

func (i frameInput) arrived(f frame, done <-chan struct{}) {
	select {
	case i <- f.payload:
	case <-done:
	}
}

func (i frameInput) next(done <-chan struct{}) ([]byte, error) {
	select {
	case data := <-i:
		return data, nil
	case <-done:
		return nil, nil
	}
}

// pieceInput has the pieces in files of the run's folder, one each, and the
// frames only say how many there are: a guest's serial line loses the thread when
// it is sent more than the 4096 bytes that its terminal layer buffers.
type pieceInput struct {
	dir   *os.File
	ready atomic.Int64 // how many pieces are there
	more  chan struct{}
	taken int64
}

func newPieceInput(dir *os.File, ready int64) *pieceInput {
	i := &pieceInput{dir: dir, more: make(chan struct{}, 1)}
	i.ready.Store(ready)
	return i
}

func (i *pieceInput) arrived(f frame, _ <-chan struct{}) {
	if len(f.payload) != 8 {
		return
	}
	i.ready.Store(int64(binary.LittleEndian.Uint64(f.payload)))
	select {
	case i.more <- struct{}{}:
	default:
	}
}

func (i *pieceInput) next(done <-chan struct{}) ([]byte, error) {
	for i.ready.Load() <= i.taken {
		select {
		case <-i.more:
		case <-done:
			return nil, nil
		}
	}
	name := pieceName(i.taken)
	i.taken++
	fd, err := unix.Openat(int(i.dir.Fd()), name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open input %s: %w", name, err)
	}
	file := os.NewFile(uintptr(fd), name)
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read input %s: %w", name, err)
	}
	return data, nil
}

func pieceName(n int64) string { return "stdin." + strconv.FormatInt(n, 10) }

// writePiece puts piece n into a run's folder.
func writePiece(dir string, n int64, data []byte) error {
	return os.WriteFile(filepath.Join(dir, pieceName(n)), data, 0o600)
}

// removePiece removes what the runner has taken. The folder's end removes what
// this does not.
func removePiece(dir string, n int64) error {
	err := os.Remove(filepath.Join(dir, pieceName(n)))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
