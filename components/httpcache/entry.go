package httpcache

import (
	"container/list"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An entry is a response that is kept. All but its place in the Store is fixed
// once it is there.
type entry struct {
	key    string
	traits []trait // of the requests that it fits

	status   int
	reason   string
	rendered []byte // its fields, but for those that are of one connection or one moment
	body     []byte

	terms    terms
	date     string        // when it was made, as its Date field
	made     time.Time     // the same, or when it came
	came     time.Time     // when it came, or was found to hold
	age      time.Duration // when it came: RFC 9111 section 4.2.3, corrected_initial_age
	lifetime time.Duration // for how long it is fresh: section 4.2.1
	current  files.Current // its validators
	ranges   bool          // parts of it may be sent

	place *list.Element // guarded by the Store's mu; nil if it is not there
}

// overhead is what an entry takes beside what its slices and strings hold, about.
const overhead = 640

func (e *entry) cost() int64 {
	n := overhead + 2*len(e.key) + cap(e.rendered) + cap(e.body)
	for _, t := range e.traits {
		n += len(t.name) + len(t.value) + len(t.raw) + 48
	}
	return int64(n)
}

// fields are those of a response that is to be kept, as they were sent.
type fields struct {
	h       http1.Header // those that are kept
	date    string
	age     string
	expires string
	control string
	vary    string
}

// fieldsOf sorts the fields of a response (RFC 9111 section 3.1).
func fieldsOf(resp *http1.Response) (f fields) {
	var nominated []string
	var controls, varies []string
	expires := 0
	for x := range resp.Fields() {
		switch name := strings.ToLower(x.Name); name {
		case "connection":
			for n := range strings.SplitSeq(x.Value, ",") {
				nominated = append(nominated, strings.ToLower(strings.Trim(n, " \t")))
			}
		case "proxy-authenticate", "proxy-authentication-info", "proxy-authorization", "content-length":
		case "date":
			f.date = x.Value
		case "age":
			f.age = x.Value
		default:
			if http1.OfConnection(name) {
				continue
			}
			switch name {
			case "cache-control":
				controls = append(controls, x.Value)
			case "vary":
				varies = append(varies, x.Value)
			case "expires":
				f.expires = x.Value
				expires++
			}
			f.h = append(f.h, http1.Field{Name: x.Name, Value: x.Value})
		}
	}
	if nominated != nil {
		f.h = slices.DeleteFunc(f.h, func(x http1.Field) bool { return slices.Contains(nominated, strings.ToLower(x.Name)) })
	}
	if expires > 1 {
		f.expires = "0" // which one? section 4.2.1: stale
	}
	f.control, f.vary = strings.Join(controls, ", "), strings.Join(varies, ", ")
	return f
}

// newEntry makes an entry of a response to a request that was asked at one time,
// and answered now. It has no body yet. It returns nil if what it varies by fits no
// other request.
func (s *Store) newEntry(k string, req *http1.Request, resp *http1.Response, f *fields, asked, now time.Time) *entry {
	traits, ok := keptTraits(f.vary, req.Header)
	if !ok {
		return nil
	}
	e := &entry{key: k, traits: traits, status: resp.Status, reason: resp.Reason}
	e.fill(f, asked, now)
	e.lifetime = s.lifetime(e, f)
	return e
}

// fill takes over fields, and what follows from them.
func (e *entry) fill(f *fields, asked, now time.Time) {
	e.terms = termsOf(f.control)
	e.came, e.made, e.date = now, now, f.date
	if d, err := http1.ParseDate(f.date); err == nil {
		e.made = d
	} else {
		e.date = string(http1.AppendDate(nil, now))
	}
	e.age = max(0, now.Sub(e.made)) // apparent_age
	if age, ok := parseSeconds(f.age); ok {
		e.age = max(e.age, age+now.Sub(asked))
	}
	e.current = files.Current{Exists: true, ETag: strings.Clone(f.h.Get("ETag"))}
	if d, err := http1.ParseDate(f.h.Get("Last-Modified")); err == nil {
		e.current.ModTime = d
		// It is strong if it is a second older than the response (RFC 9110 section
		// 8.8.2.2); minutes older was the rule before, and is the safer one.
		e.current.Settled = e.made.Sub(d) >= time.Minute
	}
	e.ranges = !f.h.Has("Content-Encoding") || f.h.Has("Accept-Ranges")
	e.rendered = render(f.h)
}

func render(h http1.Header) []byte {
	n := 0
	for _, f := range h {
		n += len(f.Name) + len(f.Value) + 4
	}
	b := make([]byte, 0, n)
	for _, f := range h {
		b = append(append(append(append(b, f.Name...), ": "...), f.Value...), "\r\n"...)
	}
	return b
}

// updated returns the entry as a 304 has freshened it, or an answer to HEAD (RFC 9111
// section 3.2). It reports false if that fits no other request any more.
func (s *Store) updated(old *entry, resp *http1.Response, x *exchange, now time.Time) (e *entry, fits bool) {
	f := fieldsOf(&http1.Response{Rendered: old.rendered})
	news := fieldsOf(resp)
	replaced := map[string]bool{}
	for _, x := range news.h {
		name := strings.ToLower(x.Name)
		if strings.HasPrefix(name, "content-") && name != "content-location" && name != "content-language" {
			continue // of the body that is kept: section 3.2
		}
		if name == "set-cookie" {
			continue // it is for one client
		}
		if !replaced[name] {
			replaced[name] = true
			f.h.Del(name)
		}
		f.h.Add(x.Name, x.Value)
	}
	merged := fieldsOf(&http1.Response{Header: f.h})
	merged.date, merged.age = news.date, news.age
	e = &entry{key: old.key, status: old.status, reason: old.reason, body: old.body}
	e.traits, fits = keptTraits(f.vary+", "+merged.vary, x.request().Header)
	e.fill(&merged, x.asked, now)
	e.lifetime = s.lifetime(e, &merged)
	return e, fits
}

// lifetime is how long a response is fresh (RFC 9111 section 4.2.1).
func (s *Store) lifetime(e *entry, f *fields) time.Duration {
	switch {
	case e.terms.sMaxAge != unset:
		return e.terms.sMaxAge
	case e.terms.maxAge != unset:
		return e.terms.maxAge
	case f.expires != "":
		d, err := http1.ParseDate(f.expires)
		if err != nil {
			return 0 // section 5.3: in the past
		}
		return max(0, d.Sub(e.made))
	case s.Heuristic > 0 && heuristic(e.status) && !e.current.ModTime.IsZero():
		return min(max(0, time.Duration(s.Heuristic*float64(e.made.Sub(e.current.ModTime)))), 24*time.Hour)
	}
	return 0
}

// heuristic reports whether responses with a status may be thought fresh if they
// do not say for how long (RFC 9110 section 15.1).
func heuristic(status int) bool {
	switch status {
	case 200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501:
		return true
	}
	return false
}

// ageAt is the entry's age (RFC 9111 section 4.2.3).
func (e *entry) ageAt(now time.Time) time.Duration { return e.age + max(0, now.Sub(e.came)) }

// fitsUser reports whether the entry may be used for a request that says who sends
// it (RFC 9111 section 3.5). For one that was given to somebody unknown the rule
// does not ask for that; it is the safer side.
func (e *entry) fitsUser(req *http1.Request) bool {
	return !personal(req) || e.terms.shared
}

// personal reports whether a request says who sends it.
func personal(req *http1.Request) bool { return req.User != "" || req.Header.Has("Authorization") }

// respond makes the answer to a request of an entry: the whole, a part, or that
// the client has it.
func (e *entry) respond(req *http1.Request, now time.Time) (*http1.Response, error) {
	resp := &http1.Response{Request: req, Status: e.status, Reason: e.reason, Rendered: e.rendered, Bytes: e.body}
	resp.Header = append(make(http1.Header, 0, 4),
		http1.Field{Name: "Date", Value: e.date},
		http1.Field{Name: "Age", Value: wholeSeconds(e.ageAt(now))})
	if e.status != http.StatusOK {
		return resp, nil
	}
	switch e.current.Evaluate(req.Method, req.Header) {
	case 304:
		notModified(resp)
		return resp, nil
	case 412:
		return nil, &http1.Failure{Status: 412, Cause: errCondition}
	}
	if req.Method != "GET" || !e.ranges {
		return resp, nil
	}
	offset, length, ok, err := e.current.Section(req.Header, int64(len(e.body)))
	if err != nil || !ok {
		return resp, err
	}
	resp.Status, resp.Reason = http.StatusPartialContent, ""
	resp.Bytes = e.body[offset : offset+length]
	resp.Header.Add("Content-Range", contentRange(offset, length, len(e.body)))
	return resp, nil
}
