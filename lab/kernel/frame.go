package kernel

import (
	"encoding/binary"
	"fmt"
	"io"
)

// A runner and its host talk in frames: a kind, the payload's length (four
// bytes, little endian) and the payload. Frames keep stdout, stderr, reports and
// the exit status in order and binary clean on one channel each way.

type frameKind byte

// Frames from the runner to the host.
const (
	frameReady     frameKind = 'g' // the runner listens from now on
	frameStdout    frameKind = 'o' // bytes of the command's standard output
	frameStderr    frameKind = 'e' // bytes of its standard error
	frameReport    frameKind = 'r' // what is being done now
	frameBeat      frameKind = 'b' // the runner's clock moves on
	frameStdinDone frameKind = 'k' // the last frameStdin has been taken
	frameDeadline  frameKind = 'd' // the deadline passed
	frameFailed    frameKind = 'f' // the runner cannot do its work: why
	frameProbe     frameKind = 'p' // JSON of what the kernel can do
	frameExit      frameKind = 'x' // the exit status, four bytes; always the last
)

// Frames from the host to the runner.
const (
	frameStdin    frameKind = 'i' // bytes for the command's standard input; empty: its end (host's kernel)
	framePieces   frameKind = 'n' // eight bytes: how many pieces of input are there (guest)
	frameSignal   frameKind = 's' // one byte: a signal for the command
	frameConsumed frameKind = 'c' // eight bytes: how much output the host has taken
)

const (
	frameHeader = 5
	// maxPayload bounds what a frame may claim, so that a damaged length cannot
	// take all memory.
	maxPayload = 1 << 20
)

type frame struct {
	kind    frameKind
	payload []byte
}

// appendFrame appends the wire form of a frame to b.
func appendFrame(b []byte, kind frameKind, payload []byte) []byte {
	b = append(b, byte(kind))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	return append(b, payload...)
}

// writeFrame writes one frame with one Write.
func writeFrame(w io.Writer, kind frameKind, payload []byte) error {
	if len(payload) > maxPayload {
		return fmt.Errorf("write frame %q: payload of %d bytes is over the limit of %d", kind, len(payload), maxPayload)
	}
	_, err := w.Write(appendFrame(make([]byte, 0, frameHeader+len(payload)), kind, payload))
	return err
}

// readFrame reads one frame. It returns io.EOF at the end of the stream and
// io.ErrUnexpectedEOF if the stream ends within a frame.
func readFrame(r io.Reader) (frame, error) {
	var header [frameHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return frame{}, err
	}
	size := binary.LittleEndian.Uint32(header[1:])
	if size > maxPayload {
		return frame{}, fmt.Errorf("read frame %q: length %d is over the limit of %d", header[0], size, maxPayload)
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return frame{}, err
	}
	return frame{kind: frameKind(header[0]), payload: payload}, nil
}
