package auth

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/tg123/go-htpasswd"
	"golang.org/x/crypto/bcrypt"
)

// entries are the users of a file and how their passwords are compared.
type entries struct {
	users map[string]htpasswd.EncodedPasswd
	dummy htpasswd.EncodedPasswd // what the password of an unknown user is compared with
}

// largest is how many bytes of a file are read.
const largest = 16 << 20

// kinds are the encodings of passwords that are understood. Passwords that stand
// in the file as they are, are not.
var kinds = []htpasswd.PasswdParser{
	htpasswd.AcceptBcrypt, htpasswd.AcceptMd5, htpasswd.AcceptCryptSha, htpasswd.AcceptSsha, htpasswd.AcceptSha,
}

// crypted is what sha256-crypt and sha512-crypt look like.
var crypted = regexp.MustCompile(`^\$[56]\$(rounds=[1-9][0-9]{3,6}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{43,86}$`)

// readEntries reads a file, and tells of all the lines that are wrong.
func readEntries(file string) (e entries, stamp os.FileInfo, err error) {
	f, err := os.Open(file)
	if err != nil {
		return e, nil, fmt.Errorf("auth: %w", err)
	}
	defer f.Close()
	if stamp, err = f.Stat(); err != nil {
		return e, nil, fmt.Errorf("auth: %w", err)
	}
	e, err = parseEntries(f, file)
	return e, stamp, err
}

// parseEntries reads lines of the form name:encoding. Empty ones and those that
// begin with # count for nothing.
func parseEntries(r io.Reader, file string) (entries, error) {
	e := entries{users: map[string]htpasswd.EncodedPasswd{}}
	var errs []error
	dearest := -1
	lines := bufio.NewScanner(io.LimitReader(r, largest))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, code, ok := strings.Cut(line, ":")
		if !ok || name == "" {
			errs = append(errs, fmt.Errorf("auth: %s:%d: not a name, a colon and a password", file, n))
			continue
		}
		code, _, _ = strings.Cut(code, ":")
		entry, cost, err := parseCode(code)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("auth: %s:%d: the password of %q: %w", file, n, name, err))
		case e.users[name] != nil:
			errs = append(errs, fmt.Errorf("auth: %s:%d: %q is there twice", file, n, name))
		default:
			e.users[name] = entry
			if cost > dearest {
				e.dummy, dearest = entry, cost
			}
		}
	}
	if err := lines.Err(); err != nil {
		errs = append(errs, fmt.Errorf("auth: %s: %w", file, err))
	}
	if errs != nil {
		return entries{}, errors.Join(errs...)
	}
	return e, nil
}

// parseCode makes of the encoding of a password what compares it, and tells how
// dear that is. Errors do not repeat the encoding.
func parseCode(code string) (htpasswd.EncodedPasswd, int, error) {
	cost := 0
	switch {
	case strings.HasPrefix(code, "$2"):
		c, err := bcrypt.Cost([]byte(code))
		if err != nil || len(code) != 60 {
			return nil, 0, errors.New("not what bcrypt makes")
		}
		cost = 10 + c
	case strings.HasPrefix(code, "$5$"), strings.HasPrefix(code, "$6$"):
		if cost = 2; !crypted.MatchString(code) {
			return nil, 0, errors.New("not what sha-crypt makes")
		}
	case strings.HasPrefix(code, "$"):
		cost = 1
	}
	for _, parse := range kinds {
		switch entry, err := parse(code); {
		case err != nil:
			return nil, 0, errors.New("malformed")
		case entry != nil:
			return entry, cost, nil
		}
	}
	return nil, 0, errors.New("neither bcrypt nor apr1, sha-crypt, SHA or SSHA; htpasswd -B makes one")
}

// match compares a password, for as long whether there is such a user or not.
func (e entries) match(name, password string) bool {
	entry, ok := e.users[name]
	if !ok {
		entry = e.dummy
	}
	return entry != nil && entry.MatchesPassword(password) && ok
}

// same reports whether two are what the file held at one time.
func (e entries) same(f entries) bool { return e.dummy == f.dummy && len(e.users) == len(f.users) }
