package webdav

import (
	"errors"
	"strings"
)

// A stateList is one list of the If field (RFC 4918 section 10.4): it holds if all
// its conditions do.
type stateList struct {
	resource   string // a URI; "" is the request's own
	conditions []condition
}

// A condition is one of a stateList. Either token or etag is set.
type condition struct {
	not   bool
	token string // a URI
	etag  string // with its quotes
}

var errIf = errors.New("webdav: the If field is not as RFC 4918 section 10.4 has it")

// parseIf reads the value of an If field:
//
//	If = 1*( "(" 1*( ["Not"] ( "<" token ">" / "[" etag "]" ) ) ")" )
//	   / 1*( "<" resource ">" 1*( "(" ... ")" ) )
func parseIf(s string) ([]stateList, error) {
	var lists []stateList
	resource, tagged, used := "", false, true
	for {
		s = strings.TrimLeft(s, " \t")
		switch {
		case s == "":
			if len(lists) == 0 || !used {
				return nil, errIf
			}
			return lists, nil
		case s[0] == '<':
			if len(lists) > 0 && !tagged || !used {
				return nil, errIf
			}
			var ok bool
			if resource, s, ok = cutBrackets(s, '>'); !ok || resource == "" {
				return nil, errIf
			}
			tagged, used = true, false
		case s[0] == '(':
			l := stateList{resource: resource}
			var err error
			if l.conditions, s, err = parseConditions(s[1:]); err != nil {
				return nil, err
			}
			lists, used = append(lists, l), true
		default:
			return nil, errIf
		}
	}
}

// parseConditions reads the conditions up to the parenthesis that ends them, and
// returns what follows it.
func parseConditions(s string) (all []condition, rest string, err error) {
	for {
		s = strings.TrimLeft(s, " \t")
		if s != "" && s[0] == ')' && len(all) > 0 {
			return all, s[1:], nil
		}
		var c condition
		if len(s) > 3 && strings.EqualFold(s[:3], "Not") {
			c.not, s = true, strings.TrimLeft(s[3:], " \t")
		}
		if s == "" {
			return nil, "", errIf
		}
		var ok bool
		switch s[0] {
		case '<':
			c.token, s, ok = cutBrackets(s, '>')
			ok = ok && c.token != ""
		case '[':
			c.etag, s, ok = cutBrackets(s, ']')
			ok = ok && isTag(c.etag)
		}
		if !ok {
			return nil, "", errIf
		}
		all = append(all, c)
	}
}

// cutBrackets takes what stands between the bracket that s begins with and the
// next end. An entity tag may have a bracket within its quotes.
func cutBrackets(s string, end byte) (inside, rest string, ok bool) {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"' && end == ']':
			quoted = !quoted
		case s[i] == end && !quoted:
			return s[1:i], s[i+1:], true
		}
	}
	return "", "", false
}

// isTag reports whether s is an entity tag, weak or strong.
func isTag(s string) bool {
	s = strings.TrimPrefix(s, "W/")
	return len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' && !strings.Contains(s[1:len(s)-1], `"`)
}
