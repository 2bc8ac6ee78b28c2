package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// exitRunnerFailed is the exit status of a runner that could not get to its job.
const exitRunnerFailed = 125

func exitPayload(status int) []byte {
	return binary.LittleEndian.AppendUint32(nil, uint32(status))
}

// findProgram looks the job's program up in the PATH of its environment.
func findProgram(j job, env []string) (string, error) {
	if j.Path != "" {
		return j.Path, nil
	}
	name := j.Args[0]
	if strings.Contains(name, "/") {
		return name, nil // relative to Dir, where the child is before it execs
	}
	for _, dir := range filepath.SplitList(pathOf(env)) {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(j.Dir, dir)
		}
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", &startError{Program: name, Err: fmt.Errorf("not found in PATH: %w", os.ErrNotExist)}
}

// pathOf returns the last PATH of an environment, or the one that a login of
// root has: daemons and their tools lie in the sbin folders.
func pathOf(env []string) string {
	path := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, entry := range env {
		if value, ok := strings.CutPrefix(entry, "PATH="); ok {
			path = value
		}
	}
	return path
}

// files makes the command's standard files: the runner's own where the host gave
// them, else pipes whose other ends the runner's goroutines hold. The returned
// function closes the command's ends.
func (r *runner) files() ([]uintptr, func(), error) {
	var theirs []*os.File
	closeAll := func() {
		for _, f := range theirs {
			f.Close()
		}
	}
	files := []uintptr{0, 1, 2}
	if !r.job.OwnStdin {
		in, w, err := os.Pipe()
		if err != nil {
			return nil, nil, fmt.Errorf("make a pipe: %w", err)
		}
		theirs = append(theirs, in)
		files[0] = in.Fd()
		go r.feed(w)
	}
	if r.job.Kernel.Backend == BackendHost {
		return files, closeAll, nil
	}
	for fd, kind := range map[int]frameKind{1: frameStdout, 2: frameStderr} {
		out, w, err := os.Pipe()
		if err != nil {
			closeAll()
			return nil, nil, fmt.Errorf("make a pipe: %w", err)
		}
		theirs = append(theirs, w)
		files[fd] = w.Fd()
		r.pumps.Go(func() { r.pump(out, kind) })
	}
	return files, closeAll, nil
}

// feed writes the host's input to the command and asks for more.
func (r *runner) feed(w *os.File) {
	defer w.Close()
	for {
		data, err := r.stdin.next(r.done)
		if err != nil {
			_ = r.events.emit(frameFailed, []byte(err.Error())) // the host may be gone
			return
		}
		if len(data) == 0 {
			return
		}
		_, err = w.Write(data)
		if r.events.emit(frameStdinDone, nil) != nil || err != nil {
			return
		}
	}
}

// pump passes the command's output on until all who could write it are gone.
func (r *runner) pump(out *os.File, kind frameKind) {
	defer out.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := out.Read(buffer)
		if n > 0 && r.events.emitOutput(kind, buffer[:n]) != nil {
			return
		}
		if err != nil {
			return
		}
	}
}

// listen serves Report. It ends when the listener is closed.
func (r *runner) listen() (net.Listener, error) {
	if err := os.MkdirAll(runnerDir, 0o755); err != nil {
		return nil, fmt.Errorf("make the runner's folder: %w", err)
	}
	l, err := net.Listen("unixpacket", runnerSocket)
	if err != nil {
		return nil, fmt.Errorf("listen for reports: %w", err)
	}
	// Work that gave up root may report too.
	if err := os.Chmod(runnerSocket, 0o666); err != nil {
		return nil, errors.Join(fmt.Errorf("open the report socket: %w", err), l.Close())
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go r.takeReport(conn)
		}
	}()
	return l, nil
}

func (r *runner) takeReport(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 4096)
	n, err := conn.Read(buffer)
	if err != nil {
		return
	}
	if r.events.emit(frameReport, buffer[:n]) == nil {
		_, _ = conn.Write([]byte{'.'}) // the reporter may have ended meanwhile
	}
}
