package listing

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A view is a directory as it is shown.
type view struct {
	host    string // of the request, or ""
	path    string // of the request, with a slash at its end
	prefix  string
	entries []entry // sorted
	total   int     // names in the directory; more than entries if there are too many
	sort    string  // "name", "size" or "time"
	desc    bool
	page    int // from 1
}

// An entry is a file or a directory in one.
type entry struct {
	files.Info
	fold string // the name in lower case
}

// look reads a directory of the Tree, and sorts it as the query says.
func (l *Lister) look(req *http1.Request, dir string) (*view, error) {
	infos, total, err := l.Tree.ReadSome(dir, orDefault(l.Most, defaultMost))
	if err != nil {
		return nil, err
	}
	v := &view{host: req.Host, path: l.Prefix + dir, prefix: l.Prefix, entries: make([]entry, len(infos)), total: total}
	for i, info := range infos {
		v.entries[i] = entry{info, strings.ToLower(info.Name)}
	}
	v.ask(req.Query)
	slices.SortStableFunc(v.entries, v.compare)
	return v, nil
}

// ask takes what a query says. What it does not know it does not mind.
func (v *view) ask(query string) {
	q, _ := url.ParseQuery(query)
	v.sort, v.desc = "name", q.Get("order") == "desc"
	if s := q.Get("sort"); s == "size" || s == "time" {
		v.sort = s
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		v.page = n
	}
	v.page = max(v.page, 1)
}

// compare orders entries: directories before files, and those that are the same
// otherwise by name. Directories have no size.
func (v *view) compare(a, b entry) int {
	if a.Dir != b.Dir {
		if a.Dir {
			return -1
		}
		return 1
	}
	by := 0
	switch v.sort {
	case "size":
		by = cmp.Compare(a.Size, b.Size)
	case "time":
		by = a.ModTime.Compare(b.ModTime)
	}
	names := cmp.Or(natural(a.fold, b.fold), strings.Compare(a.Name, b.Name))
	if v.desc && (v.sort == "name" || by != 0) {
		return cmp.Or(-by, -names)
	}
	return cmp.Or(by, names)
}

// natural compares names so that file2 comes before file10.
func natural(a, b string) int {
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		if m == 0 || n == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
		a, b = a[m:], b[n:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits returns how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// href is the reference to a name in the directory (RFC 3986 section 4.2). It
// begins with "./", so that no name is taken for a scheme or another host.
func href(name string, dir bool) string {
	const hex = "0123456789ABCDEF"
	b := []byte("./")
	for i := range len(name) {
		if c := name[i]; 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	if dir {
		b = append(b, '/')
	}
	return string(b)
}

// shown is a name as people are to see it: what is not UTF-8, and what can not be
// seen or turns others around, is shown as such.
func shown(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ':
			return 0x2400 + r // the control pictures
		case r == 0x7f:
			return 0x2421
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) && r != 0x200d && r != 0x200c:
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(name, string(unicode.ReplacementChar)))
}

// sizeText is a size for people: three digits and a unit of a thousand.
func sizeText(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	x, unit := float64(n), -1
	for x >= 999.5 {
		x /= 1000
		unit++
	}
	decimals := 0
	if x < 9.95 {
		decimals = 1
	}
	return strconv.FormatFloat(x, 'f', decimals, 64) + " " + []string{"kB", "MB", "GB", "TB", "PB", "EB"}[unit]
}

// timeText is a time for people, and for the attribute datetime.
func timeText(t time.Time) (text, attribute string) {
	if t.IsZero() {
		return "", ""
	}
	t = t.UTC()
	return t.Format("2006-01-02 15:04"), t.Format(time.RFC3339)
}

// kind is what a name looks like to be, for its picture.
func (e *entry) kind() string {
	if e.Dir {
		return "dir"
	}
	if k, ok := kinds[path.Ext(e.fold)]; ok {
		return k
	}
	return "file"
}

// kinds are the pictures of extensions; all others have that of a file.
var kinds = map[string]string{
	".png": "image", ".jpg": "image", ".jpeg": "image", ".gif": "image", ".webp": "image", ".avif": "image",
	".svg": "image", ".ico": "image", ".bmp": "image", ".tif": "image", ".tiff": "image", ".jxl": "image", ".heic": "image",
	".mp3": "media", ".flac": "media", ".ogg": "media", ".opus": "media", ".wav": "media", ".m4a": "media", ".aac": "media",
	".mp4": "media", ".webm": "media", ".mkv": "media", ".mov": "media", ".avi": "media", ".ogv": "media", ".m4v": "media",
	".zip": "pack", ".gz": "pack", ".tgz": "pack", ".tar": "pack", ".zst": "pack", ".br": "pack", ".bz2": "pack", ".xz": "pack",
	".7z": "pack", ".rar": "pack", ".jar": "pack", ".deb": "pack", ".rpm": "pack", ".apk": "pack", ".iso": "pack",
	".txt": "text", ".md": "text", ".pdf": "text", ".html": "text", ".htm": "text", ".csv": "text", ".log": "text",
	".doc": "text", ".docx": "text", ".odt": "text", ".rtf": "text", ".epub": "text", ".tex": "text",
	".go": "code", ".py": "code", ".js": "code", ".ts": "code", ".css": "code", ".c": "code", ".h": "code", ".cpp": "code",
	".rs": "code", ".java": "code", ".sh": "code", ".rb": "code", ".php": "code", ".pl": "code", ".sql": "code",
	".json": "code", ".xml": "code", ".yaml": "code", ".yml": "code", ".toml": "code", ".mod": "code", ".wasm": "code",
}
