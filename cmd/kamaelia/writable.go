package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// writable opens the directories of --put and returns their mounts. served is
// what the site itself is.
func (o *siteOptions) writable(served *files.Tree) ([]pipelines.Mount, error) {
	var mounts []pipelines.Mount
	for i, arg := range o.Put {
		prefix, dir, err := cutPrefix(arg)
		if err != nil {
			return nil, fmt.Errorf("%w: --put %s: %w", errUsage, arg, err)
		}
		tree := served
		if prefix != "" {
			tree = &files.Tree{Dir: dir, Index: o.Index, Types: o.Mime, Hidden: o.Hidden}
			if err := tree.Open(); err != nil {
				return nil, fmt.Errorf("cannot serve %s: %w", dir, err)
			}
			mounts = append(mounts, pipelines.Mount{
				Path: prefix, Name: numbered("FILES", i+1), Rest: true,
				Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree, Prefix: prefix} },
			})
		} else if !sameDir(dir, served.Dir) {
			return nil, fmt.Errorf("%w: --put %s: the directory at / is %s", errUsage, arg, served.Dir)
		}
		d := &upload.Dir{Tree: tree, Largest: o.MaxBody, Spare: o.KeepFree}
		if err := d.Open(); err != nil {
			return nil, fmt.Errorf("cannot serve %s: %w", dir, err)
		}
		mounts = append(mounts, pipelines.Mount{
			Path: cmp.Or(prefix, "/"), Methods: []string{"PUT", "DELETE"}, Name: numbered("UPLOAD", i), Rest: true,
			Handler: func() http1.HandlerPart { return &upload.Writer{Dir: d, Prefix: prefix} },
		})
	}
	return mounts, nil
}

// cutPrefix takes PREFIX=DIR apart. The prefix is "" for the whole site.
func cutPrefix(arg string) (prefix, dir string, err error) {
	prefix, dir, ok := strings.Cut(arg, "=")
	switch {
	case !ok || dir == "":
		return "", "", errors.New("want PREFIX=DIR")
	case !strings.HasPrefix(prefix, "/"):
		return "", "", errors.New("a prefix begins with a slash")
	}
	return strings.TrimRight(prefix, "/"), dir, nil
}

// sameDir reports whether two names are of one directory.
func sameDir(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// numbered gives the parts of one kind names: NAME, NAME2, NAME3 and so on.
func numbered(name string, i int) string {
	if i == 0 {
		return name
	}
	return fmt.Sprint(name, i+1)
}
