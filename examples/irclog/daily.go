package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Daily writes lines with their time, into a file for each day.
//
//	string ──▶ [ Daily ] ─▶ NAME-2006-01-02.log
//
// It ends with its input.
type Daily struct {
	axon.Base

	// Dir is the directory of the files, and Name the beginning of their names.
	Dir, Name string

	// Now tells the time; nil means time.Now.
	Now func() time.Time

	Inbox axon.Inbox[string] // lines

	file *os.File
	day  string // that the file is for
}

var _ axon.Component = (*Daily)(nil)

// Main implements axon.Component.
func (d *Daily) Main(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, d.close()) }()
	now := d.Now
	if now == nil {
		now = time.Now
	}
	for line := range d.Inbox.All(ctx) {
		t := now()
		if err := d.open(t.Format(time.DateOnly)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(d.file, "%s %s\n", t.Format(time.TimeOnly), line); err != nil {
			return err
		}
	}
	return nil
}

// open opens the file of a day, unless it is open.
func (d *Daily) open(day string) (err error) {
	if d.file != nil && d.day == day {
		return nil
	}
	if err := d.close(); err != nil {
		return err
	}
	name := strings.ReplaceAll(d.Name, string(filepath.Separator), "_") + "-" + day + ".log"
	d.day = day
	d.file, err = os.OpenFile(filepath.Join(d.Dir, name), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	return err
}

func (d *Daily) close() error {
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	d.file = nil
	return err
}
