package upload

import (
	"path"
	"strings"
	"time"
)

// old is after how long a file that nobody writes to is taken for what a crash
// has left.
const old = 24 * time.Hour

// sweep removes from a directory what a crash has left there. It looks once a day.
func (d *Dir) sweep(dir string, now time.Time) {
	const most = 4096 // directories to remember
	d.sweeping.Lock()
	defer d.sweeping.Unlock()
	if last, done := d.swept[dir]; done && now.Sub(last) < old {
		return
	}
	if len(d.swept) >= most {
		clear(d.swept)
	}
	f, err := d.root.Open(dir)
	if err != nil {
		return // Create will tell
	}
	defer f.Close()
	d.swept[strings.Clone(dir)] = now
	for {
		names, err := f.ReadDir(256)
		for _, e := range names {
			if !strings.HasPrefix(e.Name(), unfinished) {
				continue
			}
			if fi, err := e.Info(); err == nil && now.Sub(fi.ModTime()) > old {
				_ = d.root.RemoveAll(path.Join(dir, e.Name()))
			}
		}
		if err != nil {
			return
		}
	}
}
