/** What the lab is made of, as custom elements. */
import './loss-beside/loss-beside';
import './lost-notice/lost-notice';
import './mesh-chooser/mesh-chooser';
import './mesh-chooser/unequal-ranks';
import './rank-controls/rank-controls';
import './rank-memory/rank-memory';
import './rank-timeline/rank-timeline';
import './run-timelines/run-timelines';
import './step-figures/step-figures';
import './step-through/step-through';
import './traffic-table/traffic-table';
