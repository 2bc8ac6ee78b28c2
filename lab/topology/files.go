package topology

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// FileSystem returns the files of a node: what its folder in the topology's
// directory holds, at the paths they have on the node. Without a folder it is
// empty. Modes are those that programs need rather than those of the source,
// since embedded files have lost theirs: 0755 for folders, for scripts (#!) and
// for what was executable already, else 0644.
func (t *Topology) FileSystem(node string) (fs.FS, error) {
	if _, ok := t.Nodes[node]; !ok {
		return nil, fmt.Errorf("read files of node %s: %w", node, fs.ErrNotExist)
	}
	if t.Files == nil {
		return nodeFiles{emptyFS{}}, nil
	}
	if _, err := fs.Stat(t.Files, node); errors.Is(err, fs.ErrNotExist) {
		return nodeFiles{emptyFS{}}, nil
	}
	sub, err := fs.Sub(t.Files, node)
	if err != nil {
		return nil, fmt.Errorf("read files of node %s: %w", node, err)
	}
	return nodeFiles{sub}, nil
}

// nodeFiles gives the files of an FS the modes that they need on a node.
type nodeFiles struct{ fs.FS }

func (n nodeFiles) Open(name string) (fs.File, error) {
	f, err := n.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if dir, ok := f.(fs.ReadDirFile); ok {
		return nodeDir{nodeFile{f, n, name}, dir}, nil
	}
	return nodeFile{f, n, name}, nil
}

func (n nodeFiles) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(n.FS, name)
	if err != nil {
		return nil, err
	}
	return n.info(name, info)
}

func (n nodeFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(n.FS, name)
	return n.entries(name, entries), err
}

func (n nodeFiles) entries(dir string, entries []fs.DirEntry) []fs.DirEntry {
	for i, e := range entries {
		name := e.Name()
		if dir != "." {
			name = dir + "/" + name
		}
		entries[i] = nodeEntry{e, n, name}
	}
	return entries
}

func (n nodeFiles) info(name string, info fs.FileInfo) (fs.FileInfo, error) {
	mode := info.Mode().Type() | 0o755
	if info.Mode().IsRegular() && info.Mode()&0o111 == 0 {
		script, err := n.isScript(name)
		if err != nil {
			return nil, err
		}
		if !script {
			mode = 0o644
		}
	}
	return nodeInfo{info, mode}, nil
}

func (n nodeFiles) isScript(name string) (bool, error) {
	f, err := n.FS.Open(name)
	if err != nil {
		return false, err
	}
	start := make([]byte, 2)
	_, err = io.ReadFull(f, start)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return bytes.Equal(start, []byte("#!")), errors.Join(err, f.Close())
}

type nodeFile struct {
	fs.File
	files nodeFiles
	name  string
}

func (f nodeFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	if err != nil {
		return nil, err
	}
	return f.files.info(f.name, info)
}

type nodeDir struct {
	nodeFile
	dir fs.ReadDirFile
}

func (d nodeDir) ReadDir(n int) ([]fs.DirEntry, error) {
	entries, err := d.dir.ReadDir(n)
	return d.files.entries(d.name, entries), err
}

type nodeEntry struct {
	fs.DirEntry
	files nodeFiles
	name  string
}

func (e nodeEntry) Info() (fs.FileInfo, error) {
	info, err := e.DirEntry.Info()
	if err != nil {
		return nil, err
	}
	return e.files.info(e.name, info)
}

type nodeInfo struct {
	fs.FileInfo
	mode fs.FileMode
}

func (i nodeInfo) Mode() fs.FileMode { return i.mode }

// emptyFS is a file system without files.
type emptyFS struct{}

func (emptyFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
