//! What a key can mean, and where.

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of keys says what each does")]
pub enum Intent {
    Enqueue,
    Dequeue,
    Delete,
    Release,
    Kill,
    Restart,
    Pause,
    Cut,
    OneWay,
    Delay,
    Drop,
    Heal,
    HealAll,
    Fill,
    Free,
    Corrupt,
    Wipe,
    Leave,
    Spawn,
    Filter,
    Open,
    StopTime,
    StepBack,
    StepForward,
    TimeHold,
    TimeStep,
    TimeFaster,
    TimeSlower,
    Sort,
    MapForm,
    LessonNext,
    LessonForward,
    LessonBack,
    Answer(u8),
    AnswerText,
    LessonLeave,
    Save,
    Record,
    Presenter,
    Theme,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    NextFocus,
    PreviousFocus,
    Screen(u8),
    Command,
    Palette,
    Close,
    Quit,
    Yes,
    No,
    ShowHit,
    BoxUp,
    BoxDown,
    BoxEnter,
    BoxClose,
    PickOneWay,
}

impl Intent {
    /// Whether it starts or ends host processes, or stops them.
    #[must_use]
    pub fn is_of_processes(self) -> bool {
        matches!(self, Self::Kill | Self::Restart | Self::Pause | Self::Wipe | Self::Spawn)
    }

    /// Whether it is of use only where hosts are simulated.
    #[must_use]
    pub fn is_of_simulations(self) -> bool {
        matches!(self, Self::TimeHold | Self::TimeStep | Self::TimeFaster | Self::TimeSlower)
    }
}

/// Where a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The screen of that name.
    Cluster,
    /// The screen of that name.
    Message,
    /// The screen of that name.
    Stores,
    /// The screen of that name.
    Faults,
    /// The screen of that name.
    Timeline,
    /// The screen of that name.
    Lessons,
    /// The screen of that name.
    Help,
    /// While a lesson's card waits, before the screen.
    Question,
    /// A box that asks yes or no.
    Confirm,
    /// The palette.
    Palette,
    /// A box to pick the other end of a link.
    Pick,
    /// The box of what can be saved.
    Save,
}

impl Scope {
    /// All scopes, in the order of the help.
    pub const ALL: [Self; 12] = [
        Self::Cluster,
        Self::Message,
        Self::Stores,
        Self::Faults,
        Self::Timeline,
        Self::Lessons,
        Self::Help,
        Self::Question,
        Self::Confirm,
        Self::Palette,
        Self::Pick,
        Self::Save,
    ];

    /// What it is called in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Message => "message",
            Self::Stores => "stores",
            Self::Faults => "faults",
            Self::Timeline => "timeline",
            Self::Lessons => "lessons",
            Self::Help => "help",
            Self::Question => "lesson card",
            Self::Confirm => "confirmation",
            Self::Palette => "palette",
            Self::Pick => "link box",
            Self::Save => "save box",
        }
    }
}
